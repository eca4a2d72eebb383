"""What was computed once and is kept on disk: decoded photos, features of a base, maps of vectors."""
