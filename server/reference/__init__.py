"""The command by which the office puts its own layers in place of those shipped."""
