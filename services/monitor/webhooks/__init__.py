"""What has been made to be told goes to its receivers: signed, guarded, in order, tried again."""
