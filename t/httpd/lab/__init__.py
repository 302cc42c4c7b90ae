"""The parts of a laboratory: a real CA, a real httpd, real stores."""
