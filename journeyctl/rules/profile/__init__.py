"""Rules about fields: who may write them."""
