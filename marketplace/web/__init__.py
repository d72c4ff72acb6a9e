"""The pages people open; each calls services and queries of the features."""
