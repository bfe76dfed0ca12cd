"""The finder: the network that says where the marks on a page are, and which of them each dot of ink belongs to."""
