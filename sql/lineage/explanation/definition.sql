-- definition: the thresholds that a story quotes (variable definition); one row.
SELECT * FROM harmonised.definition
WHERE definition = getvariable('definition')
