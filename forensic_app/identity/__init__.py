"""Who the laboratory is towards others: its certificates and its signing key, and what it signs with them.

The custody log is signed with the workstation's own key, which has nothing to do with these certificates.
"""
