DOMAIN = "of-the-package"
