"""Companies, members, roles, invitations and API tokens.

Tables: company, member, invitation, password_reset, api_token. Words: a *company* is a tenant, a
*member* a user in it with a role, an *operator* a member of the platform's staff (no company).
"""
