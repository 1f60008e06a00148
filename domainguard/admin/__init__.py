"""Django admin for registry staff: the answer first, evidence next, actions with a reason."""
