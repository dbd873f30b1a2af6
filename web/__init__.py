"""The edge: pages and a JSON API, two thin skins over the same deeds."""
