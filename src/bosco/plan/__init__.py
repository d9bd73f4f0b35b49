"""The plan language: YAML read with its line numbers, sections, conditions and calendars; knows no domain."""
