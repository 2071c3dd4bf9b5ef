"""The rules of Psych-DS for a data set in a folder, checked without any other program.

Source: the schema of Psych-DS 1.5.1 (github.com/psych-ds/psych-DS, ``schema_model/versions``: files
in ``rules/files``, codes in ``rules/errors.yaml``, keywords in ``meta/context.yaml``), its page
"Rules and Conventions" (psychds-docs), and, where these say nothing, what the official validator
does (psych-ds/psychds-validator). Codes and severities are the schema's.

Not checked: types of values by schema.org's ontology, and properties of types other than Dataset
and PropertyValue; terms of other vocabularies.
"""
