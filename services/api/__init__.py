"""What people and other systems read: JSON over HTTP, reading only."""
