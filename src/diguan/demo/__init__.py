"""A made-up province: real places, invented people, and rules that derive the published counts from their facts."""

from diguan.demo.province import Made, generate

__all__ = ["Made", "generate"]
