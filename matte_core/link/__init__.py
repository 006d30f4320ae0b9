"""Both ends of the pipe between the plug-in and its worker."""
