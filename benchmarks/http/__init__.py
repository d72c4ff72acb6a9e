"""Our service and a minimal reference service under the same load, in one run."""
