"""One function per examiner action that joins two or more of the layers below."""
