# SPDX-License-Identifier: MPL-2.0
"""A Fargate service and its deployments."""

import pytest

from .conftest import refusal


def test_a_service_comes_up(lab, stage):
    lab.post("/timing", {"deployment_pending": 600})
    made = stage.create(wait=False)
    assert (made["status"], made["runningCount"], made["deployments"][0]["rolloutState"]) == (
        "ACTIVE",
        0,
        "IN_PROGRESS",
    )
    first = stage.deployment()
    assert first["status"] == "PENDING"
    assert first["serviceDeploymentArn"] == made["currentServiceDeployment"]
    lab.post("/pass", {"seconds": 600})
    done = stage.finished()
    assert (done["status"], done["deploymentCircuitBreaker"]["status"]) == ("SUCCESSFUL", "MONITORING_COMPLETE")
    service = stage.service()
    assert (service["runningCount"], service["pendingCount"], len(service["deployments"])) == (1, 0, 1)
    assert service["deployments"][0]["rolloutState"] == "COMPLETED"
    assert service["deployments"][0]["id"].removeprefix("ecs-svc/") in done["targetServiceRevision"]["arn"]
    assert "has reached a steady state" in stage.events()
    health = stage.elb.describe_target_health(TargetGroupArn=stage.target_group["TargetGroupArn"])
    (target,) = health["TargetHealthDescriptions"]
    assert target["TargetHealth"]["State"] == "healthy"
    answer = stage.serve(path="/x")
    assert answer["status"] == 200
    assert answer["body"]["image"] == "registry.test/team/app:ok"
    assert answer["body"]["environment"] == ["MODE"]
    assert stage.serve("http", "/x?y=1") == {
        "status": 301,
        "location": f"https://{stage.balancer['DNSName']}:443/x?y=1",
    }


def test_a_crash_is_rolled_back(stage):
    stage.create()
    before = stage.service()
    stage.update("crash")
    done = stage.finished()
    assert done["status"] == "ROLLBACK_SUCCESSFUL"
    assert done["statusReason"] == "Service deployment rolled back because the circuit breaker threshold was exceeded."
    assert done["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    assert done["rollback"]["serviceRevisionArn"] == before["currentServiceRevisions"][0]["arn"]
    after = stage.service()
    assert after["taskDefinition"] == before["taskDefinition"]
    assert after["currentServiceRevisions"] == before["currentServiceRevisions"]
    assert stage.serve()["body"]["image"].endswith(":ok")
    stopped = stage.tasks("STOPPED")
    assert len(stopped) == 3
    assert {t["stoppedReason"] for t in stopped} == {"Essential container in task exited"}
    assert {t["stopCode"] for t in stopped} == {"EssentialContainerExited"}
    assert {c["exitCode"] for t in stopped for c in t["containers"]} == {1}
    stream = f"app/app/{stopped[0]['taskArn'].rpartition('/')[2]}"
    lines = stage.logs.get_log_events(logGroupName="/app", logStreamName=stream, startFromHead=True)["events"]
    assert "exit code 1" in lines[-1]["message"]


def test_an_unhealthy_revision_is_rolled_back(stage):
    stage.create()
    stage.update("unhealthy")
    assert stage.finished()["status"] == "ROLLBACK_SUCCESSFUL"
    (reason,) = {t["stoppedReason"] for t in stage.tasks("STOPPED")}
    assert reason == f"Task failed ELB health checks in (target-group {stage.target_group['TargetGroupArn']})"
    assert "due to (reason Health checks failed with these codes: [500])" in stage.events()
    assert stage.serve()["status"] == 200


def test_the_previous_revision_serves_meanwhile(lab, stage):
    lab.post("/timing", {"task_slow": 600})
    stage.create(desiredCount=2)
    stage.update("slow")
    stage.after(lambda: stage.deployment()["status"] == "IN_PROGRESS")
    assert stage.serve()["body"]["image"].endswith(":ok")
    service = stage.service()
    assert [d["status"] for d in service["deployments"]] == ["PRIMARY", "ACTIVE"]
    lab.post("/pass", {"seconds": 600})
    assert stage.finished()["status"] == "SUCCESSFUL"
    assert stage.serve()["body"]["image"].endswith(":slow")
    assert {t["taskDefinitionArn"] for t in stage.tasks()} == {stage.service()["taskDefinition"]}


def test_a_first_deployment_has_nothing_to_go_back_to(stage):
    stage.create("crash")
    failed = stage.deployment()
    assert failed["status"] == "ROLLBACK_FAILED"
    assert failed["statusReason"] == "No rollback candidate was found to run the rollback."
    assert "deployment failed: tasks failed to start." in stage.events()
    (only,) = stage.service()["deployments"]
    assert (only["status"], only["rolloutState"]) == ("PRIMARY", "FAILED")
    assert stage.tasks() == []
    assert stage.serve()["status"] == 503
    stage.update("ok")
    assert stage.finished()["status"] == "SUCCESSFUL"
    assert len(stage.service()["deployments"]) == 1


def test_a_breaker_without_rollback_stops(stage):
    stage.create(deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": False}})
    stage.update("crash")
    assert stage.finished()["status"] == "STOPPED"
    assert stage.serve()["body"]["image"].endswith(":ok")
    assert [d["rolloutState"] for d in stage.service()["deployments"]] == ["FAILED", "COMPLETED"]


@pytest.mark.parametrize(
    ("configuration", "desired", "threshold"),
    [
        ({}, 1, 3),
        ({}, 10, 5),
        ({"thresholdConfiguration": {"type": "COUNT", "value": 2}}, 1, 2),
        ({"thresholdConfiguration": {"type": "UNBOUNDED_PERCENT", "value": 100}}, 2, 2),
        ({"thresholdConfiguration": {"type": "BOUNDED_PERCENT", "value": 100}}, 2, 3),
    ],
)
def test_the_threshold_of_the_breaker(stage, configuration, desired, threshold):
    breaker = {"enable": True, "rollback": True} | configuration
    stage.create(desiredCount=desired, deploymentConfiguration={"deploymentCircuitBreaker": breaker}, wait=False)
    assert stage.deployment()["deploymentCircuitBreaker"]["threshold"] == threshold


def test_without_a_breaker_it_goes_on_for_ever(lab, stage):
    stage.create("crash", wait=False, deploymentConfiguration={})
    lab.post("/pass", {"seconds": 120})
    found = stage.deployment()
    assert (found["status"], found["deploymentCircuitBreaker"]["status"]) == ("IN_PROGRESS", "DISABLED")
    assert stage.service()["deployments"][0]["failedTasks"] > 5


def test_a_newer_deployment_stops_the_older(lab, stage):
    lab.post("/timing", {"task_slow": 600})
    stage.create()
    stage.update("slow")
    first = stage.after(lambda: (d := stage.deployment())["status"] == "IN_PROGRESS" and d)
    stage.update("ok")
    assert stage.finished()["status"] == "SUCCESSFUL"
    arn = first["serviceDeploymentArn"]
    (older,) = stage.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"]
    assert older["status"] == "STOPPED"


def test_a_deployment_is_stopped_by_hand(lab, stage):
    lab.post("/timing", {"task_slow": 6000})
    stage.create()
    good = stage.service()["taskDefinition"]
    stage.update("slow")
    arn = stage.after(lambda: (d := stage.deployment())["status"] == "IN_PROGRESS" and d)["serviceDeploymentArn"]
    lab.post("/timing", {"deployment_pending": 600})
    stage.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert stage.deployment()["status"] == "ROLLBACK_REQUESTED"
    lab.post("/pass", {"seconds": 600})
    assert stage.finished()["status"] == "ROLLBACK_SUCCESSFUL"
    assert stage.service()["taskDefinition"] == good
    assert refusal(stage.ecs.stop_service_deployment, serviceDeploymentArn=arn)[0] == "ConflictException"
    missing = refusal(stage.ecs.stop_service_deployment, serviceDeploymentArn=arn + "x")
    assert missing[0] == "ServiceDeploymentNotFoundException"


def test_what_an_update_deploys(stage):
    stage.create()
    before = stage.deployment()["serviceDeploymentArn"]
    definition = stage.service()["taskDefinition"]
    stage.update(
        taskDefinition=definition,
        desiredCount=2,
        healthCheckGracePeriodSeconds=30,
        enableExecuteCommand=True,
        deploymentConfiguration={"maximumPercent": 150},
    )
    assert stage.deployment()["serviceDeploymentArn"] == before
    assert stage.after(lambda: (s := stage.service())["runningCount"] == 2 and s)["desiredCount"] == 2
    configuration = stage.service()["deploymentConfiguration"]
    assert configuration["maximumPercent"] == 150
    assert configuration["deploymentCircuitBreaker"]["enable"] is True
    network = stage.service()["networkConfiguration"]
    network["awsvpcConfiguration"]["subnets"].reverse()
    stage.update(networkConfiguration=network)
    assert stage.deployment()["serviceDeploymentArn"] != before
    assert stage.finished()["status"] == "SUCCESSFUL"
    before = stage.deployment()["serviceDeploymentArn"]
    stage.update(forceNewDeployment=True)
    assert stage.deployment()["serviceDeploymentArn"] != before


def test_autoscaling_and_fargate_change_tasks_without_a_deployment(lab, stage):
    stage.create()
    before = stage.deployment()["serviceDeploymentArn"]
    assert lab.post("/ecs/main/app/scale", {"count": 3}) == {"from": 1, "to": 3}
    stage.after(lambda: stage.service()["runningCount"] == 3)
    old = {t["taskArn"] for t in stage.tasks()}
    assert set(lab.post("/ecs/main/app/restart-tasks")["stopped"]) == old
    stage.after(lambda: len({t["taskArn"] for t in stage.tasks() if t["lastStatus"] == "RUNNING"} - old) == 3)
    lab.post("/ecs/main/app/crash-tasks", {"count": 1, "code": 137})
    stage.after(lambda: [t for t in stage.tasks("STOPPED") if t["containers"][0].get("exitCode") == 137])
    stage.after(lambda: stage.service()["runningCount"] == 3)
    lab.post("/ecs/main/app/answer", {"status": 500})
    stage.after(lambda: "Task failed ELB health checks" in str(stage.tasks("STOPPED")))
    assert stage.deployment()["serviceDeploymentArn"] == before
    assert stage.deployment()["status"] == "SUCCESSFUL"
    assert "give the task count" in lab.refused("/ecs/main/app/scale", {})


def test_a_grace_period_forgives_a_slow_start(stage):
    stage.create("warming")
    assert stage.deployment()["status"] == "ROLLBACK_FAILED"
    stage.update("warming", healthCheckGracePeriodSeconds=200)
    assert stage.finished()["status"] == "SUCCESSFUL"


def test_a_worker_needs_no_load_balancer(stage):
    stage.create(loadBalancers=None)
    assert stage.deployment()["status"] == "SUCCESSFUL"
    stage.update("crash")
    assert stage.finished()["status"] == "ROLLBACK_SUCCESSFUL"


def test_revisions_tell_what_they_run(stage):
    stage.create()
    arn = stage.service()["currentServiceRevisions"][0]["arn"]
    asked = [arn, f"{arn}0"]
    found = stage.ecs.describe_service_revisions(serviceRevisionArns=asked)
    (revision,) = found["serviceRevisions"]
    assert revision["taskDefinition"] == stage.service()["taskDefinition"]
    assert revision["loadBalancers"][0]["targetGroupArn"] == stage.target_group["TargetGroupArn"]
    assert revision["containerImages"][0]["image"].endswith(":ok")
    assert found["failures"] == [{"arn": asked[1], "reason": "MISSING"}]


def test_a_task_tells_which_databases_it_reaches(lab, stage, create):
    group = stage.group("db")
    create(VpcSecurityGroupIds=[group])
    stage.create()
    assert stage.serve()["body"]["databases"] == []
    stage.open(group, [5432], source=stage.task_group)
    assert stage.serve()["body"]["databases"] == ["main"]
