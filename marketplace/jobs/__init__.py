"""Jobs and operations: what a firm wants made.

Tables: job, operation, operation_resource. Words: a *job* 工单 is work to be done, as a route of
*operations* 工序.
"""
