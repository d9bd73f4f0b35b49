"""The page shell: frame, forms, languages, refusals; knows no domain."""
