"""Page shell and one component per idea, used by every page of the product."""
