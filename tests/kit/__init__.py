"""What the tests share: samples of every field, specs made of them, and sites for every platform."""
