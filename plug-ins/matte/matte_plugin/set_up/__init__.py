"""Set Up and Check: the window behind the action."""
