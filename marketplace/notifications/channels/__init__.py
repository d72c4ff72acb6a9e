"""One file, one channel: a module named as in `MARKET_MAIL_CHANNEL` with `send(mail)`."""
