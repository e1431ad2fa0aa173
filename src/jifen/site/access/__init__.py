"""Signing in and out: members by a code to their phone, staff by password and code or by OpenID Connect."""

from jifen.site.access import me, members, openid, staff

ROUTES = (*members.ROUTES, *staff.ROUTES, *openid.ROUTES, *me.ROUTES)
