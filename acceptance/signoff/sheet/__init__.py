"""The sign-off sheet: the page on which a product owner reads, decides and signs."""
