"""What is read: one function a question, each inside a snapshot and within the agencies the asker may see."""
