"""What the harmonised relations must look like: one model a relation, named like its SQL file."""
