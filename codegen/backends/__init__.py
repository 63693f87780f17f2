"""The targets, one file each; `registry` lists them."""
