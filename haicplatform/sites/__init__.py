"""The hospitals: the model of a site file, its loader and its check; one folder a hospital. No logic here."""
