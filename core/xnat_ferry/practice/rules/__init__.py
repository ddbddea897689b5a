"""What all rooms go by: who may do what, what things are called, where they hang, what is written down."""
