"""What mod_acme_edge costs, side by side with Debian's own mod_md."""
