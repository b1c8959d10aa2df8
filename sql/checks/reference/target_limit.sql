-- How many target lesions a reader measures at most: in one organ, and in all.
-- Source: RECIST 1.1 (Eisenhauer, Eur J Cancer 2009;45:228-247); the mRECIST text of 2010 fixes no number: our choice.
SELECT
    2 AS max_in_organ,
    5 AS max_in_all
