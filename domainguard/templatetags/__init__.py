"""Template tags for a site's own pages: `{% load domainguard %}`."""
