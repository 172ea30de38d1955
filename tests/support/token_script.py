"""
A script as a stranger writes it: with docs/api.md and the standard library, and with nothing of this program.

    python token_script.py URL TOKEN        prints what it saw as JSON
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from typing import Any


class Api:
    """Requests with a token."""

    def __init__(self, url: str, token: str) -> None:
        self.url, self.token = url, token

    def open(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        sent = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json", **headers}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=sent)
        return urllib.request.urlopen(request, timeout=60)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        with self.open(method, path, body, **headers) as answer:
            return json.load(answer)

    def refusal(self, method: str, path: str, body: Any = None) -> list[Any]:
        try:
            self(method, path, body)
        except urllib.error.HTTPError as error:
            problem = json.load(error)
            return [problem["status"], problem["code"], problem["detail"]]
        return [200]


def followed(api: Api, last: str) -> list[str]:
    """Return the names of the events of scans until one is completed."""
    names: list[str] = []
    with api.open("GET", "/api/events?names=scan:*&after=0") as stream:
        for line in stream:
            field, _, value = line.decode().strip().partition(": ")
            if field == "event":
                names.append(value)
                if value == last:
                    break
    return names


def main(url: str, token: str) -> None:
    """Scan, read the plan, try it, follow the events, and try what the token does not allow."""
    api = Api(url, token)
    found: dict[str, Any] = {"me": api("GET", "/api/me")}
    library_id = api("GET", "/api/libraries")["items"][0]["library_id"]
    key = {"Idempotency-Key": "night-1"}
    job = api("POST", f"/api/libraries/{library_id}/scan", {}, **key)
    found["same_job"] = api("POST", f"/api/libraries/{library_id}/scan", {}, **key)["id"] == job["id"]
    while (job := api("GET", f"/api/jobs/{job['id']}?wait=20"))["status"] in {"waiting", "queued", "running"}:
        pass
    found["job"] = job
    found["events"] = followed(api, "scan:completed")
    found["plan"] = api("GET", "/api/metadata/plan?all=true&fields=file_id,file_name")
    tried = api("POST", "/api/metadata/write", {"all": True, "options": {"dry_run": True}})
    found["dry_run"] = tried
    with api.open("GET", "/files/plan.csv") as answer:
        found["csv"] = answer.read().decode("utf-8-sig").splitlines()
    found["refused"] = {
        "write": api.refusal("POST", "/api/metadata/write", {"all": True}),
        "rollback": api.refusal("POST", "/api/metadata/history/1/rollback", {}),
        "edit": api.refusal("POST", "/api/metadata/plan/1/edit", {"result_people": []}),
        "settings": api.refusal("PUT", "/api/automation", {"paused": True}),
        "schedule": api.refusal("PUT", "/api/schedules/scan", {"enabled": False}),
        "query": api.refusal("GET", "/api/query?sql=SELECT+1"),
        "token": api.refusal("POST", "/api/tokens", {"name": "another"}),
        "wrong": Api(url, token + "x").refusal("GET", "/api/me"),
    }
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main(*sys.argv[1:])
