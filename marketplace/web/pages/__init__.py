"""One module is one page or a few that belong together: `blueprint`, handlers, nothing decided."""
