"""Who works here: users, their departments (股室) and roles. Knows nothing of documents."""
