"""The domain: the plan's projects, its spatial structure and their geometry. No web, no drawing."""
