"""The screen of xnat-ferry. It shows what the headless core says and computes nothing itself."""
