"""The toolkit: definitions become derivations and code; `pipeline` shows the stages in their order."""
