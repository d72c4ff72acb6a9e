"""What members are told: an inbox, and mail carried out from the outbox by the worker.

Tables: notice, notice_choice. Words: a *notice* 通知 is one line of a member's inbox.

Notices and messages hold a kind and row numbers, never a name, an address or a secret: what they
say is put together when it is read or sent, from what the rows say then.
"""
