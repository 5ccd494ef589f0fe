"""The casebook on disk: database, vault, keys; :mod:`forensic_app.store.case_store` is the door."""
