"""What templates say of those who did something."""

from django import template

from diguan.journal import naming

register = template.Library()


@register.filter
def actor(name: str) -> str:
    return naming.said(name)
