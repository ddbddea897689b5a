"""What is stored on the server: records, the site that holds them, and what keeps them between runs."""
