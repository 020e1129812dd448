"""The office's own boundary, land, roads, stations, landmarks and structure shapes in place of those shipped."""
