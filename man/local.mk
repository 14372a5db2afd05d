# Manual pages in mdoc; t/rules/tables checks them against the tables.
