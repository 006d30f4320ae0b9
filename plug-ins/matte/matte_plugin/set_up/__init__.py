"""Setting Matte up: the offer, the window of Set Up and Check…, and the sample photo."""
