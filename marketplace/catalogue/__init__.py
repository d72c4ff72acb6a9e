"""What is offered at which price: listings, search over them, quotes.

Tables: listing, listing_terms, quote. Words: a *listing* 挂牌 is a resource offered under rules and
price terms; a *quote* 报价 is an immutable priced answer.
"""
