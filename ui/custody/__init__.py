"""The custody log and its verification."""
