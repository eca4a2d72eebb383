"""The repair loop for labels: images in the order in which a look at them helps most, a page, and a log of decisions.

`gathering.gather` makes a Board of a data set, `session.Session` answers for the page, `app.create` is the ASGI
application and `server.run` serves it. What is decided goes into labels.csv alone (data/decisions.py).
"""
