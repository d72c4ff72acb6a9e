"""Calendars of other programs (RFC 5545): bookings out by secret address, busy time in.

Tables: calendar_feed, calendar_source. Words: a *feed* 日历订阅 is a secret address that shows
bookings; a *source* 外部日历 is an upload or an address whose events keep a resource from working.
"""
