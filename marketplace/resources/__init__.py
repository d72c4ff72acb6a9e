"""What can be shared: sites, resources, their capabilities and opening hours.

Tables: site, resource, capability, capability_material, opening_rule, opening_exception, holiday,
opening_interval (derived from the rules, rebuilt by a timer). Words: *resource* 资源 is anything
bookable; a *shared factory* 共享工厂 is a site whose machines several companies own and one runs.
"""
