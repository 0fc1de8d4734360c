package doctor_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/orkesctl/orkesctl/internal/doctor"
	"github.com/orkesctl/orkesctl/pkg/conductor"
)

// mixed is a report with every state in it.
func mixed(t *testing.T) doctor.Report {
	t.Helper()
	f := healthy(t)
	f.Holder.Value.Grants = []conductor.GrantedAccess{executeOn("TASK_DEF", "mary:get-inventory")}
	f.EnvFile.Mode = 0o644
	f.Toolchain.Version = ""
	report := doctor.Examine(f, doctor.Filter{})
	for state, n := range report.Summary {
		require.Positive(t, n, state)
	}
	return report
}

// What the schema of SARIF 2.1.0 demands of what is used of it.
func TestSARIF(t *testing.T) {
	report := mixed(t)
	data, err := json.Marshal(report.SARIF("1.2.3", "orkesctl.yaml"))
	require.NoError(t, err)
	var log struct {
		Version string
		Schema  string `json:"$schema"`
		Runs    []struct {
			Tool struct {
				Driver struct {
					Name, Version, InformationURI string
					Rules                         []struct {
						ID                   string
						ShortDescription     struct{ Text string }
						FullDescription      struct{ Text string }
						Help                 struct{ Text string }
						DefaultConfiguration struct{ Level string }
					}
				}
			}
			Results []struct {
				RuleID    string
				RuleIndex int
				Level     string
				Message   struct{ Text string }
				Locations []struct {
					PhysicalLocation struct {
						ArtifactLocation struct{ URI string }
						Region           struct{ StartLine int }
					}
				}
			}
		}
	}
	require.NoError(t, json.Unmarshal(data, &log))
	require.Equal(t, "2.1.0", log.Version)
	require.Contains(t, log.Schema, "sarif-schema-2.1.0.json")
	require.Len(t, log.Runs, 1)
	driver := log.Runs[0].Tool.Driver
	require.Equal(t, "orkesctl doctor", driver.Name)
	require.Len(t, driver.Rules, len(doctor.Checks()))
	for _, rule := range driver.Rules {
		require.NotEmpty(t, rule.ID)
		require.NotEmpty(t, rule.ShortDescription.Text)
		require.NotEmpty(t, rule.FullDescription.Text)
		require.NotEmpty(t, rule.Help.Text)
		require.Contains(t, []string{"error", "warning"}, rule.DefaultConfiguration.Level)
	}
	require.Len(t, log.Runs[0].Results, report.Summary[doctor.Failed]+report.Summary[doctor.Warning]+report.Summary[doctor.Unknown])
	levels := map[string]string{}
	for _, result := range log.Runs[0].Results {
		require.Equal(t, driver.Rules[result.RuleIndex].ID, result.RuleID)
		require.NotEmpty(t, result.Message.Text)
		require.Len(t, result.Locations, 1)
		at := result.Locations[0].PhysicalLocation
		require.NotEmpty(t, at.ArtifactLocation.URI)
		require.NotContains(t, at.ArtifactLocation.URI, `\`)
		levels[result.RuleID] = result.Level
		if result.RuleID == "ORK-PERM-003" {
			require.Equal(t, "worker.go", at.ArtifactLocation.URI)
			require.Equal(t, 7, at.Region.StartLine)
		}
	}
	require.Equal(t, map[string]string{"ORK-PERM-003": "error", "ORK-ENV-006": "warning", "ORK-PROJ-002": "note"}, levels)

	empty, err := json.Marshal(doctor.Report{}.SARIF("", ""))
	require.NoError(t, err)
	require.Contains(t, string(empty), `"results":[]`, "a scanner wants the list")
}

func TestJUnit(t *testing.T) {
	report := mixed(t)
	var out bytes.Buffer
	require.NoError(t, report.JUnit(&out))
	var suites struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []struct {
			Name     string `xml:"name,attr"`
			Tests    int    `xml:"tests,attr"`
			Failures int    `xml:"failures,attr"`
			Skipped  int    `xml:"skipped,attr"`
			Cases    []struct {
				Name    string `xml:"name,attr"`
				Failure *struct {
					Message string `xml:"message,attr"`
					Text    string `xml:",chardata"`
				} `xml:"failure"`
			} `xml:"testcase"`
		} `xml:"testsuite"`
	}
	require.NoError(t, xml.Unmarshal(out.Bytes(), &suites))
	tests, failures, skipped := 0, 0, 0
	for _, suite := range suites.Suites {
		require.Len(t, suite.Cases, suite.Tests)
		tests, failures, skipped = tests+suite.Tests, failures+suite.Failures, skipped+suite.Skipped
		for _, entry := range suite.Cases {
			if entry.Failure != nil {
				require.Equal(t, "ORK-PERM-003 Execute on get-inventory", entry.Name)
				require.Equal(t, "not in domain john", entry.Failure.Message)
				require.Contains(t, entry.Failure.Text, "orkesctl app grant")
			}
		}
	}
	require.Equal(t, len(report.Checks), tests)
	require.Equal(t, report.Summary[doctor.Failed], failures)
	require.Equal(t, report.Summary[doctor.Skipped]+report.Summary[doctor.Unknown], skipped)
}

func TestShort(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, mixed(t).Short(&out))
	require.Equal(t, "ORK-ENV-006 warning env file: others may read .env (mode 0644) → chmod 600 .env\n"+
		"ORK-PROJ-002 unknown toolchain: go → look: go --version\n"+
		"ORK-PERM-003 failed Execute on get-inventory: not in domain john → orkesctl app grant --task get-inventory --domain john\n", out.String())
	out.Reset()
	require.NoError(t, doctor.Examine(healthy(t), doctor.Filter{}).Short(&out))
	require.Empty(t, out.String(), "nothing to say")
}

// Only what adds is planned: never a deletion, never something for another hand.
func TestPlan(t *testing.T) {
	f := healthy(t)
	f.Holder.Value.Roles, f.Holder.Value.Grants, f.TaskDefs.Value = nil, nil, nil
	f.Declared = append(f.Declared, f.Declared[0])
	plan := doctor.Examine(f, doctor.Filter{}).Plan()
	require.Equal(t, [][]string{
		{"app", "role", "add", "worker"},
		{"app", "grant", "--task", "get-inventory", "--domain", "john"},
		{"task", "define", "definitions/get-inventory.task.yaml"},
	}, plan)
	require.Equal(t, "orkesctl app role add worker", doctor.Command(plan[0]))
	require.Empty(t, doctor.Examine(healthy(t), doctor.Filter{}).Plan())
}

func TestHealthy(t *testing.T) {
	require.True(t, doctor.Examine(healthy(t), doctor.Filter{}).Healthy())
	f := healthy(t)
	f.EnvFile.Mode = 0o644
	require.True(t, doctor.Examine(f, doctor.Filter{}).Healthy(), "a warning is nothing to wait for")
	f.Server.Kind = doctor.Answer[conductor.Kind]{Asked: true, Err: io.EOF}
	require.False(t, doctor.Examine(f, doctor.Filter{}).Healthy(), "the server was not heard")
}

func TestBundle(t *testing.T) {
	url, key, _, vars := live(t)
	deps := folder(t, workerFiles(url, key.ID, key.Secret), vars)
	f := gather(t, deps, nil)
	f.Variables = append(f.Variables, doctor.Variable{Name: "HTTPS_PROXY", Value: "http://me:" + canary + "@proxy", Source: "the shell"})
	report := doctor.Examine(f, doctor.Filter{})
	report.Checks[0].Evidence += key.Secret // as if something had slipped through
	data, err := doctor.Bundle(f, report, "test")
	require.NoError(t, err)
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	texts := map[string]string{}
	for _, entry := range archive.File {
		r, err := entry.Open()
		require.NoError(t, err)
		text, err := io.ReadAll(r)
		require.NoError(t, err)
		texts[entry.Name] = string(text)
	}
	for name, text := range texts {
		for _, secret := range []string{key.Secret, canary, vars["CONDUCTOR_AUTH_SECRET"], f.Worker.Token.Value} {
			require.NotContains(t, text, secret, name)
		}
	}
	require.Contains(t, texts["report.txt"], "•••")
	require.Contains(t, texts["report.txt"], "Worker role")
	require.Contains(t, texts["report.json"], `"checks"`)
	require.Contains(t, texts["about.txt"], "orkesctl test\n")
	require.Contains(t, texts["variables.txt"], "CONDUCTOR_AUTH_KEY="+key.ID)
	require.Contains(t, texts["variables.txt"], "CONDUCTOR_AUTH_SECRET=(hidden, ")
	require.Contains(t, texts["requests.txt"], "GET "+url+"/api/version 200")
	require.Equal(t, taskText, texts["project/definitions/get.yaml"])
	require.Contains(t, texts["project/orkesctl.yaml"], "application: shop")
	require.NotContains(t, archiveNames(archive), "project/.env", "the env file stays at home")
}

func archiveNames(archive *zip.Reader) []string {
	var names []string
	for _, entry := range archive.File {
		names = append(names, entry.Name)
	}
	return names
}
