"""Tables, unit of work, office scope, migrations, records, references, files and search."""
