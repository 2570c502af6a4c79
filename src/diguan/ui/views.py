"""Pages of the shell itself. The gate and the addresses are given by `server`."""

import logging
import uuid

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template import loader

from diguan.ui import gallery as samples

log = logging.getLogger(__name__)


def server_error(request: HttpRequest) -> HttpResponse:
    """Page 500: needs no database and no session; its reference stands in the log beside the traceback."""
    reference = uuid.uuid4().hex[:8]
    log.error("page 500, reference %s, %s %s", reference, request.method, request.path)
    page = loader.get_template("500.html").render({"path": request.path, "reference": reference})
    return HttpResponseServerError(page)


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with sample data, for those who build pages; routed in DEBUG only."""
    return render(request, "ui/gallery.html", samples.page(request))
